// SPDX-License-Identifier: Apache-2.0
// The menu on a phone, colours and copying of code, and the search. Every page can be read without it.
'use strict';

const root = document.documentElement.dataset.root.replace(/index\.html$/, '');

// on a narrow screen the menu opens the list of pages; without scripts it is a link to it
const menu = document.querySelector('.menu');
const pages = document.getElementById('pages');
menu.setAttribute('role', 'button');
menu.setAttribute('aria-expanded', 'false');
menu.addEventListener('click', event => {
  event.preventDefault();
  const open = pages.classList.toggle('open');
  menu.setAttribute('aria-expanded', String(open));
  if (open) scrollTo(0, 0);
});
const current = pages.querySelector('[aria-current]');
if (current) pages.scrollTop = current.offsetTop - pages.clientHeight / 2;

for (const code of document.querySelectorAll('pre code')) {
  const language = code.className.replace('language-', '');
  if (hljs.getLanguage(language)) hljs.highlightElement(code);
  if (navigator.clipboard) {
    const copy = document.createElement('button');
    copy.className = 'copy';
    copy.textContent = 'Copy';
    copy.addEventListener('click', async () => {
      await navigator.clipboard.writeText(code.textContent);
      copy.textContent = 'Copied';
      setTimeout(() => (copy.textContent = 'Copy'), 1500);
    });
    code.parentElement.append(copy);
  }
}

// the search: its texts and library are loaded when somebody wants to search
const field = document.getElementById('search');
const results = document.getElementById('results');
let index; // promise

function script(name) {
  return new Promise((loaded, failed) => {
    const element = document.createElement('script');
    element.src = root + 'assets/' + name;
    element.onload = loaded;
    element.onerror = failed;
    document.head.append(element);
  });
}

function load() {
  index ??= Promise.all([script('lunr.js'), script('search-texts.js')]).then(() =>
    lunr(function () {
      this.field('heading', { boost: 10 });
      this.field('page', { boost: 5 });
      this.field('about', { boost: 5 });
      this.field('text');
      this.ref('number');
      this.metadataWhitelist = [];
      // people ask pages first
      searchTexts.forEach((text, number) => this.add({ ...text, number }, { boost: text.page === 'API' ? 1 : 3 }));
    }),
  );
  return index;
}

function find(index, words) {
  const found = index.query(query => {
    for (const word of words) {
      query.term(word, { boost: 10 });
      query.term(word, { wildcard: lunr.Query.wildcard.TRAILING, usePipeline: false });
      if (word.length > 4) query.term(word, { editDistance: 1, usePipeline: false });
    }
  });
  return found.slice(0, 20).map(({ ref }) => searchTexts[ref]);
}

// the part of the text around the first word that is found, with all found words marked
function excerpt(text, words) {
  const pattern = new RegExp(`(${words.map(word => word.replace(/[^\p{L}\p{N}]/gu, '\\$&')).join('|')})`, 'giu');
  const at = Math.max(0, text.search(pattern));
  const from = at < 60 ? 0 : text.lastIndexOf(' ', at - 50) + 1;
  const to = from + 180 < text.length ? text.lastIndexOf(' ', from + 180) : text.length;
  const part = (from ? '… ' : '') + text.slice(from, to) + (to < text.length ? ' …' : '');
  const shown = document.createElement('span');
  part.split(pattern).forEach((piece, number) => {
    const mark = number % 2 ? document.createElement('mark') : null;
    if (mark) mark.textContent = piece;
    shown.append(mark ?? piece);
  });
  return shown;
}

function item(text, words) {
  const link = document.createElement('a');
  link.href = root + text.address;
  const title = document.createElement('strong');
  title.textContent = text.heading ? `${text.page} › ${text.heading}` : text.page;
  link.append(title, excerpt(text.text, words));
  const element = document.createElement('li');
  element.append(link);
  return element;
}

async function search() {
  const asked = field.value;
  const words = asked.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  if (!words.length) {
    results.hidden = true;
    return;
  }
  const ready = await load();
  if (asked !== field.value) return; // somebody has typed on meanwhile
  const found = find(ready, words);
  const nothing = document.createElement('p');
  nothing.textContent = `Nothing found for “${asked}”.`;
  results.replaceChildren(...(found.length ? found.map(text => item(text, words)) : [nothing]));
  results.hidden = false;
  results.scrollTop = 0;
}

function select(step) {
  const links = [...results.querySelectorAll('a')];
  const here = links.findIndex(link => link.hasAttribute('aria-selected'));
  const next = Math.min(Math.max(here + step, 0), links.length - 1);
  links[here]?.removeAttribute('aria-selected');
  links[next]?.setAttribute('aria-selected', 'true');
  links[next]?.scrollIntoView({ block: 'nearest' });
}

field.addEventListener('focus', () => load());
field.addEventListener('input', search);
field.addEventListener('keydown', event => {
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    select(event.key === 'ArrowDown' ? 1 : -1);
  } else if (event.key === 'Enter') {
    (results.querySelector('[aria-selected]') ?? results.querySelector('a'))?.click();
  }
});
document.addEventListener('keydown', event => {
  if (event.key === 'Escape') results.hidden = true;
  if (event.key === '/' && !/input|textarea/i.test(event.target.tagName)) {
    event.preventDefault();
    field.focus();
  }
});
document.addEventListener('click', event => {
  if (!event.target.closest('.search') || event.target.closest('#results a')) results.hidden = true;
});
