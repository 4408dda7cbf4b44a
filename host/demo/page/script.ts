/** The page's only script: ticks off what has been done. Without it the page is complete, but for the ticks. */
export const pageScript = `'use strict';
const panes = [...document.querySelectorAll('[data-fact]')];
const aloud = document.getElementById('aloud');
const ended = document.getElementById('ended');
const { doneAloud, ended: endedText } = document.body.dataset;

function tick(pane, step) {
  if (pane.hasAttribute('data-done')) return;
  pane.setAttribute('data-done', '');
  pane.querySelector('.done').hidden = false;
  aloud.textContent = doneAloud.replace('0', String(step));
}

const events = new EventSource('/progress');
events.addEventListener('message', event => {
  const progress = JSON.parse(event.data);
  panes.forEach((pane, index) => {
    if (progress[pane.dataset.fact]) tick(pane, index + 1);
  });
});
events.addEventListener('open', () => { ended.textContent = ''; });
events.addEventListener('error', () => { ended.textContent = endedText; });
`;
