/**
 * The script of the console's live pages. On each change it fetches the page again and swaps in the new part. So there is one
 * template, and the page is complete without the script.
 */
export const operatorScript = `'use strict';
const live = document.getElementById('live');
const pulse = document.getElementById('pulse');
const announcement = document.getElementById('announcement');
const retryMs = 5000;
let busy = false;
let again = false;
let summary = live.dataset.summary;

function show(state) {
  pulse.dataset.state = state;
  pulse.textContent = pulse.dataset[state];
}

function reachable() {
  return [...live.querySelectorAll('a, button, summary')];
}

/** Swaps the new part in; what is open stays open, and who works by keyboard stays where they were. */
function swap(next) {
  const held = document.activeElement;
  const alike = reachable().filter(one => one.outerHTML === held.outerHTML);
  const nth = alike.indexOf(held);
  const unfolded = [...live.querySelectorAll('details')].map(one => one.open);
  live.replaceChildren(...next.childNodes);
  live.querySelectorAll('details').forEach((one, index) => { one.open = unfolded[index] === true; });
  if (nth < 0) return;
  reachable().filter(one => one.outerHTML === held.outerHTML)[nth]?.focus({ preventScroll: true });
}

async function load() {
  const response = await fetch(location.href, { cache: 'no-store' });
  if (response.status === 401) return location.reload();
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const next = page.getElementById('live');
  // What was going on has ended: the page is another one now.
  if (next === null) return location.reload();
  swap(next);
  if (next.dataset.summary === summary) return;
  summary = next.dataset.summary;
  announcement.textContent = summary;
  live.querySelector('.alert')?.classList.add('fresh');
}

async function refresh() {
  again = true;
  if (busy) return;
  busy = true;
  try {
    while (again) {
      again = false;
      await load();
    }
  } catch {
    show('lost');
  } finally {
    busy = false;
  }
}

const stream = new EventSource('/operator/stream');
stream.addEventListener('open', () => { show('live'); refresh(); });
stream.addEventListener('change', refresh);
stream.addEventListener('error', () => {
  show('lost');
  if (stream.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), retryMs);
});
`;
