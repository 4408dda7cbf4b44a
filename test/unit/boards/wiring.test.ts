import * as boards from '@passfob/firmware/boards/limits';
import { PICO } from '@passfob/simulator/board/wiring/pico';
import { expect, it } from 'vitest';
import { picoWiring } from './wiring.ts';

it('the picture of the wiring says in words which pad goes to which pin, and shows every address', () => {
  const drawn = picoWiring();
  const [, said = ''] = /<desc[^>]*>(.*)<\/desc>/.exec(drawn) ?? [];
  expect(said).toContain(`3: ${PICO.i2c?.scl} to SCL, 4: ${PICO.i2c?.sda} to SDA`);
  for (const address of [boards.SSD1306_ADDRESS, boards.DS3231_ADDRESS, boards.AT24C32_ADDRESS])
    expect(drawn).toContain(`0x${address.toString(16).toUpperCase()}`);
  expect(drawn).toMatch(/<title[^>]*>\S/);
});

it('the picture of the wiring needs no colour, and is drawn for dark pages too', () => {
  const drawn = picoWiring();
  const dashes = [...drawn.matchAll(/class="wire w\d" stroke-dasharray="([^"]+)"/g)].map(([, each]) => each);
  expect(new Set(dashes).size).toBe(4);
  for (const number of [1, 2, 3, 4]) expect(drawn.split(`>${number}</text>`)).toHaveLength(4);
  expect(drawn).toContain('prefers-color-scheme: dark');
  // Every colour is named in the style, once for light and once for dark pages.
  expect(drawn.replace(/<style>[\s\S]*<\/style>/, '')).not.toMatch(/#[0-9a-f]{3,6}|fill="|stroke="/);
});
