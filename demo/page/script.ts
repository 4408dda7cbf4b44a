/**
 * The page's only script: ticks off steps as they are done, and measures the words above the fob. Without it the ticks
 * are missing.
 */
export const pageScript = `'use strict';
const steps = [...document.querySelectorAll('[data-fact]')];
const aloud = document.getElementById('aloud');
const ended = document.getElementById('ended');
const { doneAloud, ended: endedText } = document.body.dataset;
const onScreen = new Set();
let progress;
let atLoad;

function tick(step) {
  if (step.hasAttribute('data-done')) return;
  step.setAttribute('data-done', '');
  step.querySelector('.done').hidden = false;
  aloud.textContent = doneAloud.replace('0', step.dataset.step);
}

/**
 * A step that asks to look at its pane is done once the pane is on the screen, too, and what it asks for was shown since
 * this page was loaded: the pane begins anew with the page.
 */
function update() {
  if (progress === undefined) return;
  for (const step of steps) {
    const { fact } = step.dataset;
    const isLook = step.hasAttribute('data-look');
    const isSeen = !isLook || (onScreen.has(step.closest('section')) && progress[fact] > atLoad[fact]);
    if (progress[fact] && isSeen) tick(step);
  }
}

// On the screen is a frame that reaches its middle: half of a frame may be taller than the window.
const watch = new IntersectionObserver(frames => {
  for (const { target, isIntersecting } of frames) {
    if (isIntersecting) onScreen.add(target.closest('section'));
    else onScreen.delete(target.closest('section'));
  }
  update();
}, { rootMargin: '-45% 0px' });
for (const step of steps) {
  if (step.hasAttribute('data-look')) watch.observe(step.closest('section').querySelector('.frame'));
}

// On a phone the fob stays in view without the words above it.
const fob = document.getElementById('fob');
new ResizeObserver(() => {
  const words = fob.querySelector('.frame').getBoundingClientRect().top - fob.getBoundingClientRect().top;
  fob.parentElement.style.setProperty('--words', words + 'px');
}).observe(fob);

const events = new EventSource('/progress');
events.addEventListener('message', event => {
  progress = JSON.parse(event.data);
  atLoad ??= progress;
  update();
});
events.addEventListener('open', () => { ended.textContent = ''; });
events.addEventListener('error', () => { ended.textContent = endedText; });
`;
