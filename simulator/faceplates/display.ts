/**
 * What a page shows of a simulated fob's display: its state to send, its text to read aloud. Nothing here needs Node.
 * @module
 */
export { type ScreenState, screenState } from './control/screen-feed.ts';
export { isWorthSaying, screenLines } from './screen-lines.ts';
