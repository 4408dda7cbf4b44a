import { HidLink } from '../parts/hid-link.ts';
import { start } from '../pico/board.ts';

const link = new HidLink();
const loop = start('pico-hid', link, [1]);
E.on('HID', report => loop.receive(link.read(report)));
