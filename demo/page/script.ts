/** The page's only script: ticks off steps as they are done. Without it only the ticks are missing. */
export const pageScript = `'use strict';
const steps = [...document.querySelectorAll('[data-fact]')];
const aloud = document.getElementById('aloud');
const ended = document.getElementById('ended');
const { doneAloud, ended: endedText } = document.body.dataset;

function tick(step) {
  if (step.hasAttribute('data-done')) return;
  step.setAttribute('data-done', '');
  step.querySelector('.done').hidden = false;
  aloud.textContent = doneAloud.replace('0', step.dataset.step);
}

const events = new EventSource('/progress');
events.addEventListener('message', event => {
  const progress = JSON.parse(event.data);
  for (const step of steps) if (progress[step.dataset.fact]) tick(step);
});
events.addEventListener('open', () => { ended.textContent = ''; });
events.addEventListener('error', () => { ended.textContent = endedText; });
`;
