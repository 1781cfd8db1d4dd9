/* Search of sections and names. The index is one file, made when the site is built and fetched with the first search:
   rows of [address, title, the page's title, plain words], as JSON, gzip and base64 in a script, so that it also works
   where the site is opened as files. */
(async () => {
  const box = document.querySelector('.book-search input')
  const status = document.getElementById('search-status')
  const list = document.getElementById('search-results')
  let rows = null

  async function load() {
    if (rows) return
    await new Promise((done, failed) => {
      const script = document.createElement('script')
      script.src = 'search-index.js'
      script.onload = done
      script.onerror = failed
      document.head.append(script)
    })
    const bytes = Uint8Array.from(atob(window.searchIndex), c => c.charCodeAt(0))
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
    rows = (await new Response(plain).json()).map(([url, title, page, words]) => ({
      url, title, page, words,
      low: { title: title.toLowerCase(), page: page.toLowerCase(), words: words.toLowerCase() },
    }))
  }

  const stem = word => word.length > 3 ? word.replace(/s$/, '') : word
  const isLetter = c => /[\p{L}\p{N}_]/u.test(c || ' ')

  function hits(text, word) {  // places where a word of the text begins so
    const found = []
    for (let i = text.indexOf(word); i >= 0 && found.length < 5; i = text.indexOf(word, i + 1))
      if (!isLetter(text[i - 1]) || text[i - 1] === '_') found.push(i)
    return found
  }

  function score(row, words, phrase) {
    let total = 0
    for (const word of words) {
      const inTitle = hits(row.low.title, word).length > 0
      const inPage = hits(row.low.page, word).length > 0
      const inWords = hits(row.low.words, word).length
      if (!inTitle && !inPage && !inWords) return 0
      total += 12 * inTitle + 3 * inPage + inWords
    }
    if (row.low.title === phrase) total += 60
    else if (row.low.title.startsWith(phrase)) total += 15
    else if (words.length > 1 && row.low.words.includes(phrase)) total += 10
    return total
  }

  function marked(text, words) {  // the text as nodes, with what was sought marked
    const node = document.createElement('span')
    const low = text.toLowerCase()
    let at = 0
    const places = words.flatMap(w => hits(low, w).map(i => [i, i + w.length])).sort((a, b) => a[0] - b[0])
    for (const [from, to] of places) {
      if (from < at) continue
      node.append(text.slice(at, from))
      const mark = document.createElement('mark')
      mark.textContent = text.slice(from, to)
      node.append(mark)
      at = to
    }
    node.append(text.slice(at))
    return node
  }

  function snippet(row, words) {
    const first = Math.min(...words.map(w => hits(row.low.words, w)[0] ?? Infinity))
    if (first === Infinity) return row.words.slice(0, 170) + (row.words.length > 170 ? ' …' : '')
    let from = Math.max(0, first - 70)
    if (from) from = row.words.indexOf(' ', from) + 1
    let text = row.words.slice(from, from + 190)
    if (from + 190 < row.words.length) text = text.replace(/\s\S*$/, '')
    return (from ? '… ' : '') + text + (from + text.length < row.words.length ? ' …' : '')
  }

  async function search() {
    const phrase = box.value.trim().toLowerCase()
    list.replaceChildren()
    status.textContent = ''
    if (!phrase) return
    try {
      await load()
    } catch {
      status.textContent = 'The index could not be read.'
      return
    }
    if (phrase !== box.value.trim().toLowerCase()) return  // typed on meanwhile
    const words = phrase.split(/\s+/).map(stem)
    const rank = wanted => rows.map(row => [score(row, wanted, phrase), row]).filter(([s]) => s > 0)
    let found = rank(words)
    if (!found.length) found = words.flatMap(word => rank([word]))
    found.sort((a, b) => b[0] - a[0])
    status.textContent = found.length ? `${found.length} sections` + (found.length > 30 ? ', the best 30:' : ':') : 'Nothing found.'
    list.replaceChildren(...found.slice(0, 30).map(([, row]) => {
      const item = document.createElement('li')
      const link = document.createElement('a')
      link.href = row.url
      link.append(marked(row.title, words))
      const where = document.createElement('span')
      where.className = 'where'
      where.textContent = row.page === row.title ? '' : row.page
      const text = document.createElement('p')
      text.append(marked(snippet(row, words), words))
      item.append(link, ' ', where, text)
      return item
    }))
  }

  box.form.addEventListener('submit', event => { event.preventDefault(); search() })
  box.addEventListener('input', search)
  box.value = new URLSearchParams(location.search).get('q') || ''
  search()
})()
