// Formulas as HTML, with MathML for screen readers: a JSON list of [TeX, is it a line of its own?] in, a list of HTML out.
// node tools/formulas.js path/to/katex.min.js < formulas.json
const katex = require(require('path').resolve(process.argv[2]))
const formulas = JSON.parse(require('fs').readFileSync(0, 'utf8'))
const html = formulas.map(([tex, displayMode]) => katex.renderToString(tex, { displayMode, strict: 'ignore' }))
process.stdout.write(JSON.stringify(html))
