import { start } from './board.ts';

const loop = start('pico', { send: frame => USB.write(frame) }, []);
USB.on('data', data => loop.receive(data));
