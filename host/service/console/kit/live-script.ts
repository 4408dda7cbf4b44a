/**
 * The console's only script: on each change it fetches the page again and swaps in the new part, so there is one
 * template and the page is complete without it.
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

async function load() {
  const response = await fetch(location.href, { cache: 'no-store' });
  if (response.status === 401) return location.reload();
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const next = page.getElementById('live');
  if (next === null) return;
  live.replaceChildren(...next.childNodes);
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
