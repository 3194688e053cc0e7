// SPDX-License-Identifier: Apache-2.0
// The page "Thousand Island" of the Web Console: fetches the report of all servers again and again,
// and changes only the parts of the page that differ. So nothing flickers, and a selection, the
// focus and the place on the page stay. Texts of the report become text nodes, never HTML.
(function () {
  'use strict';

  const REFRESH = 2000; // ms between an answer and the next request
  const PATIENCE = 10000; // ms to wait for an answer
  const SOON = 14; // days in which a certificate that expires is marked, the default of warnDays

  const page = document.getElementById('thousandisland');
  const note = page.querySelector('.statline');
  const servers = page.querySelector('.ti-servers');
  const open = new Set(); // keys of the servers whose details are shown
  let report = null; // the latest one

  if (!document.querySelector('meta[name=viewport]')) { // phones: the console has none
    document.head.append(element('meta', {name: 'viewport', content: 'width=device-width, initial-scale=1'}));
  }

  // ---- elements

  function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null) {
        made.setAttribute(name, value);
      }
    }
    made.append(...children.flat());
    return made;
  }

  /** Makes `now` equal to `wanted`, and keeps each node that may stay. */
  function morph(now, wanted) {
    for (const {name} of [...now.attributes]) {
      if (!wanted.hasAttribute(name)) {
        now.removeAttribute(name);
      }
    }
    for (const {name, value} of wanted.attributes) {
      if (now.getAttribute(name) !== value) {
        now.setAttribute(name, value);
      }
    }
    const before = [...now.childNodes];
    [...wanted.childNodes].forEach((child, i) => {
      const old = before[i];
      if (!old) {
        now.append(child);
      } else if (old.nodeType !== child.nodeType || old.nodeName !== child.nodeName) {
        old.replaceWith(child);
      } else if (child.nodeType === Node.ELEMENT_NODE) {
        morph(old, child);
      } else if (old.data !== child.data) {
        old.data = child.data;
      }
    });
    before.slice(wanted.childNodes.length).forEach(old => old.remove());
  }

  /** A table whose cells know their heads, which a phone shows beside them. */
  function table(kind, heads, rows) {
    const cell = (content, i) => element('td', {'data-head': heads[i]}, content);
    return element('table', {class: 'nicetable ' + kind},
      element('thead', {}, element('tr', {}, heads.map(head => element('th', {scope: 'col'}, head)))),
      element('tbody', {}, rows.map(row => element('tr', {}, row.map(cell)))));
  }

  function part(title, ...content) {
    return element('section', {}, element('h3', {}, title), content);
  }

  /** A table with a title, or nothing when there are no rows. */
  function listing(title, heads, rows) {
    return rows.length === 0 ? [] : part(title, table('ti-part', heads, rows));
  }

  function lines(texts) {
    return texts.length === 0 ? '–' : texts.map(text => element('div', {}, text));
  }

  // ---- words

  function count(number, what) {
    return number.toLocaleString('en') + ' ' + what + (number === 1 ? '' : 's');
  }

  function duration(millis) {
    const seconds = Math.floor(Math.abs(millis) / 1000);
    const two = number => String(number).padStart(2, '0');
    return (millis < 0 ? '-' : '') + (
      Math.abs(millis) < 1000 ? Math.abs(millis) + ' ms'
        : seconds < 60 ? seconds + ' s'
          : seconds < 3600 ? Math.floor(seconds / 60) + ' m ' + two(seconds % 60) + ' s'
            : seconds < 360000 ? Math.floor(seconds / 3600) + ' h ' + two(Math.floor(seconds / 60) % 60) + ' m'
              : Math.floor(seconds / 86400) + ' d');
  }

  function bytes(number) {
    const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
    let unit = 0;
    let rest = number;
    for (; rest >= 1000 && unit < units.length - 1; unit++) {
      rest /= 1000;
    }
    return (unit === 0 || rest >= 100 ? Math.round(rest) : rest.toFixed(1)) + ' ' + units[unit];
  }

  function time(instant) {
    return new Date(instant).toLocaleString('sv'); // 2026-01-31 12:00:00, local
  }

  function since(instant) {
    return duration(Date.parse(report.time) - Date.parse(instant));
  }

  // ---- cells

  function status(server) {
    const kind = server.status === 'FAILED' || server.status === 'STOPPED' ? 'bad' : server.ready ? 'good' : 'soon';
    return element('span', {class: 'ti-status ti-' + kind}, server.status);
  }

  function certificate(server) {
    if (server.expires === null) {
      return '–';
    }
    const days = Math.floor((Date.parse(server.expires) - Date.parse(report.time)) / 86400000);
    const kind = days < 0 ? 'bad' : days < SOON ? 'soon' : 'good';
    const words = days < 0 ? 'expired' : days === 0 ? 'expires today' : count(days, 'day') + ' left';
    return element('span', {class: 'ti-expires ti-' + kind, title: server.expires}, words);
  }

  function generation(one) {
    return one.number + (one.serving ? '* ' : ' ') + one.handler + ' ' + one.version + ' (' + one.connections + ')';
  }

  function drain(one) {
    return one.what + ': ' + one.phase + ', ' + one.remaining + ' left, ' + one.ended + ' ended, ' + duration(one.elapsedMillis);
  }

  function addresses(server) {
    return server.listeners.map(one => one.address ?? one.listen + ' (not listening)');
  }

  // ---- servers

  function summary(server, key) {
    const button = element('button', {
      type: 'button', class: 'ti-toggle', 'data-server': key, 'aria-expanded': String(open.has(key))
    }, server.name);
    return [button, status(server), lines(addresses(server)), lines(server.generations.map(generation)),
      server.connections.toLocaleString('en') + ' / ' + server.maxConnections.toLocaleString('en'),
      lines(server.drains.map(drain)), certificate(server)];
  }

  function connections(title, list) {
    return listing(title,
      ['Id', 'Peer', 'Label', 'Generation', 'Age', 'Idle', 'Received', 'Sent', 'Unread', 'Unsent'],
      list.map(one => [String(one.id), one.remote, one.label || '–', String(one.generation), since(one.started),
        duration(one.idleMillis), bytes(one.received), bytes(one.sent), bytes(one.unread), bytes(one.unsent)]));
  }

  function details(server) {
    return [
      part('Server', element('p', {}, [
        server.handler === null ? 'no handler' : 'handler ' + server.handler,
        server.transport === null ? 'no transport' : 'transport ' + server.transport,
        count(server.acceptors, 'acceptor'),
        count(server.accepted, 'connection') + ' accepted since ' + time(server.started)
      ].join(', '))),
      listing('Addresses', ['Configured', 'Listens at', 'Channels', 'Trouble'],
        server.listeners.map(one => [one.listen, one.address ?? '–', String(one.channels), one.trouble ?? '–'])),
      listing('Transport', ['Fact', 'Value'], Object.entries(server.facts)),
      listing('Refused', ['By', 'Connections'], server.refused.map(one => [one.key, one.count.toLocaleString('en')])),
      listing('Drains that ended last', ['What', 'Ended', 'Migrated', 'Graceful', 'Forced', 'Took', 'Threads that run on'],
        server.endedDrains.map(one => [one.what, time(one.at), String(one.migrated), String(one.graceful),
          String(one.forced), duration(one.tookMillis), lines(one.lingering)])),
      connections('Oldest connections', server.oldestConnections),
      connections('Peers that take least', server.slowestConnections),
      listing('Settings that are not the default', ['Key', 'Value'],
        server.settings.filter(one => !one.standard).map(one => [one.key, one.value || '(not shown)']))
    ];
  }

  function rows(server, key) {
    const heads = ['Server', 'Status', 'Address', 'Handler generations', 'Connections', 'Drains', 'Certificate'];
    const [row] = table('', heads, [summary(server, key)]).tBodies[0].rows;
    const wide = (content, kind, hidden) =>
      element('tr', {class: kind, hidden: hidden ? '' : null}, element('td', {colspan: heads.length}, content));
    return [row, wide(server.reason ?? '', 'ti-reason', server.reason === null),
      wide(open.has(key) ? details(server) : [], 'ti-details', !open.has(key))];
  }

  function show() {
    const seen = new Map();
    const all = report.servers.flatMap(server => {
      const number = seen.get(server.name) ?? 0; // a server that ends may have its successor's name
      seen.set(server.name, number + 1);
      return rows(server, server.name + '\n' + number);
    });
    const heads = ['Server', 'Status', 'Address', 'Handler generations', 'Connections', 'Drains', 'Certificate'];
    const whole = table('ti-all', heads, []);
    whole.tBodies[0].append(...all);
    const wanted = element('div', {class: 'ti-servers'}, all.length === 0
      ? element('p', {}, 'There is no server: nothing is configured under io.thousandisland.server.') : whole);
    morph(servers, wanted);
    tell('ui-state-highlight', count(report.servers.length, 'server') + ', '
      + count(report.servers.reduce((sum, one) => sum + one.connections, 0), 'connection')
      + ' at ' + time(report.time) + '. * serves new connections');
  }

  function tell(kind, text) {
    note.className = 'statline ' + kind;
    note.textContent = text;
  }

  servers.addEventListener('click', event => {
    const button = event.target.closest('.ti-toggle');
    if (button) {
      const key = button.dataset.server;
      if (!open.delete(key)) {
        open.add(key);
      }
      show();
    }
  });

  // ---- refresh

  async function refresh() {
    try {
      const answer = await fetch(pluginRoot + '/servers.json', {
        cache: 'no-store', credentials: 'same-origin', signal: AbortSignal.timeout(PATIENCE)
      });
      if (!answer.ok) {
        throw new Error('HTTP ' + answer.status);
      }
      report = await answer.json();
      page.classList.remove('ti-stale');
      show();
    } catch (trouble) {
      page.classList.add('ti-stale');
      tell('ui-state-error', 'No answer (' + trouble.message + '). '
        + (report ? 'These are the facts of ' + time(report.time) + '. ' : '') + 'The page goes on asking.');
    }
  }

  /** Goes on asking, but not while nobody can see the page. */
  async function watch() {
    await (document.hidden
      ? new Promise(seen => document.addEventListener('visibilitychange', seen, {once: true}))
      : refresh());
    setTimeout(watch, document.hidden ? 0 : REFRESH);
  }

  watch();
})();
