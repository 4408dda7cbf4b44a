/** Programs of others that read the USB port of a Raspberry Pi Pico, as far as what passfob may send them matters. */

/** What programs show after a newline, in the pieces in which it arrives. */
export const SHOWN: [name: string, shown: readonly string[]][] = [
  ['MicroPython', ['\r\n>>> ']],
  ['MicroPython whose prompt comes in pieces', ['\r\n>', '>> ']],
  [
    'CircuitPython in its greeting',
    ['\r\nAdafruit CircuitPython 9.2.1; Raspberry Pi Pico with rp2040\r\n', '>>> '],
  ],
  ['a menu', ['\r\nPress e to erase\r\n> ']],
  ['a shell', ['\r\n$ ']],
  ['an echo', ['\r\n']],
  ['a log in which ACK occurs', ['temperature 21\x06\r\n']],
  ['bytes', ['\x00\xff\x80']],
];

/** The keys of MicroPython's REPL that act at once (docs.micropython.org, "The MicroPython Interactive Interpreter Mode"). */
const ACTING: Readonly<Record<string, string>> = {
  '\x01': 'raw mode',
  '\x02': 'normal mode',
  '\x03': 'interrupts the program',
  '\x04': 'soft reset',
  '\x05': 'paste mode',
  '\x10': 'the last line of its history',
};

/** MicroPython's REPL, whose history ends with a line that erases. It notes what would have done harm. */
export function microPython(): { answer(text: string): string; readonly harm: string[] } {
  const harm: string[] = [];
  let line = '';
  return {
    harm,
    answer(text) {
      let shown = '';
      for (const character of text) {
        const acts = ACTING[character];
        if (acts !== undefined) harm.push(acts);
        if (character !== '\n' && character !== '\r') {
          line += character;
          shown += character;
          continue;
        }
        shown += line === '' ? '\r\n>>> ' : '\r\nNameError\r\n>>> ';
        line = '';
      }
      return shown;
    },
  };
}
