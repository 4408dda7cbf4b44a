import type { Bitmap, Screen } from '../../base/fob.ts';

/** Two rows of pixels in one row of letters, upper and lower, in the order of the two bits. */
const HALVES = [' ', '▄', '▀', '█'];

/** Returns the pixels in a frame, two rows to a line so that letters keep their shape. */
function rows({ width, height, pixels }: Bitmap): string[] {
  const lines: string[] = [];
  for (let y = 0; y < height; y += 2) {
    let line = '';
    for (let x = 0; x < width; x++) {
      const upper = pixels[y * width + x] ? 1 : 0;
      const lower = pixels[(y + 1) * width + x] ? 1 : 0;
      line += HALVES[upper * 2 + lower];
    }
    lines.push(`│${line}│`);
  }
  return [`┌${'─'.repeat(width)}┐`, ...lines, `└${'─'.repeat(width)}┘`];
}

/** Returns a screen as text that a person can read and a diff can show: its words, then every pixel. */
export function picture(screen: Screen): string {
  if (!screen.on) return 'off\n';
  return `${[...screen.text, ...rows(screen.bitmap)].join('\n')}\n`;
}
