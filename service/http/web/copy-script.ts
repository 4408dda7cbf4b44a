/**
 * The script of a page that shows a value once: it shows the Copy button, which is hidden where no script runs. It copies
 * only when the button is pressed.
 */
export const copyScript = `'use strict';
const part = document.getElementById('copy');
const button = part.querySelector('button');
const status = document.getElementById('copied');

async function copy() {
  // Emptied first: a screen reader reads the same words again only after a change.
  status.textContent = '';
  try {
    await navigator.clipboard.writeText(document.getElementById('once-value').textContent);
    status.textContent = status.dataset.copied;
  } catch {
    status.textContent = status.dataset.failed;
  }
}

// Browsers have no clipboard for pages over plain http, this computer's own excepted.
if (navigator.clipboard !== undefined) {
  button.addEventListener('click', copy);
  part.hidden = false;
}
`;
