import { make } from './dom.ts';
import { texts } from './texts.ts';

/**
 * Makes one key of a fob. It is down as long as a pointer, a finger, the space bar or Enter keeps it down; the worker
 * lengthens a press that is too short for a contact.
 * @param press called with true when it goes down, with false when it comes up
 */
export function makeKey(
  key: number,
  keys: number,
  hintId: string,
  press: (down: boolean) => void,
): HTMLButtonElement {
  const name = keys === 1 ? texts.fob.keys[0] : (texts.fob.keys[key] ?? '');
  const button = make(
    'button',
    { type: 'button', class: 'key', title: keys === 1 ? undefined : name, 'aria-describedby': hintId },
    make('span', { class: 'unseen' }, name),
    make('span', { 'aria-hidden': 'true' }, keys === 1 ? '' : (texts.fob.keySigns[key] ?? '')),
  );
  let isDown = false;
  const change = (down: boolean) => {
    if (down === isDown) return;
    isDown = down;
    button.toggleAttribute('data-down', down);
    press(down);
  };
  button.addEventListener('pointerdown', event => {
    if (event.button !== 0) return;
    change(true);
    button.setPointerCapture(event.pointerId);
  });
  for (const type of ['pointerup', 'pointercancel', 'lostpointercapture', 'blur'])
    button.addEventListener(type, () => change(false));
  button.addEventListener('keydown', event => {
    if (event.key !== ' ' && event.key !== 'Enter') return;
    event.preventDefault();
    change(true);
  });
  button.addEventListener('keyup', event => {
    if (event.key === ' ' || event.key === 'Enter') change(false);
  });
  // Screen readers and voice control send a click without any of the events above. `detail` counts a pointer's
  // clicks.
  button.addEventListener('click', event => {
    if (event.detail !== 0 || isDown) return;
    change(true);
    change(false);
  });
  button.addEventListener('contextmenu', event => event.preventDefault());
  return button;
}
