import { PACKET_ANSWER } from '@passfob/protocol/limits';
import { start } from './bus-fob.ts';

const loop = start({ send: frame => USB.write(frame) }, []);
USB.on('data', data => {
  // Before the work and its answer: the owner sends no further packet until it has this.
  USB.write(PACKET_ANSWER);
  loop.receive(data);
});
