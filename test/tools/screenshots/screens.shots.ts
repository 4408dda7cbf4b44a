import { it } from 'vitest';
import { fobScreensSvg } from './fob-screens.ts';
import { keep } from './studio.ts';

it('draws the screens of the fob', () => keep('fob-screens.svg', fobScreensSvg()));
