"""A plugin of mypy's: torch types every attribute that an `nn.Module` looks up at run time as `Tensor | Module`.

What a module really holds, a `GPTConfig` or a method, is neither; such an attribute counts as untyped, and everything
else is checked.
"""

from mypy.plugin import Plugin
from mypy.types import AnyType, TypeOfAny, UnionType, get_proper_type


def _untyped(ctx):
    "Any for what came from `Module.__getattr__`; an attribute that the class declares keeps its type."
    t = get_proper_type(ctx.default_attr_type)
    looked_up = isinstance(t, UnionType) and {str(i) for i in t.items} == {
        'torch._tensor.Tensor',
        'torch.nn.modules.module.Module',
    }
    return AnyType(TypeOfAny.special_form) if looked_up else t


class Torch(Plugin):
    "Looks at the attributes of `nn.Module` only."

    def get_attribute_hook(self, fullname):
        return _untyped if fullname.startswith('torch.nn.modules.module.Module.') else None


def plugin(version):
    return Torch
