import { readFileSync } from 'node:fs';
import { virtualChip } from '@passfob/emulator';
import { expect, it } from 'vitest';
import { heardFrom } from '../../../kit/heard.ts';
import { describeNeeds, needsEspruinosArm } from '../../../kit/tools.ts';

// Seconds of the board's time, of which a busy machine makes minutes.

describeNeeds(needsEspruinosArm(), "Espruino's own firmware on a chip of its own", ([path = '']) => {
  it('runs an application from Storage, whose flash another chip goes on with', () => {
    const firmware = new Uint8Array(readFileSync(path));
    const code =
      'setInterval(() => digitalPulse(B3, 1, 5), 20); watched = 0; setWatch(() => watched++, A0, {repeat: true, edge: "rising"});';
    const chip = virtualChip({ firmware, files: { '.bootcde': new TextEncoder().encode(code) } });
    let pulses = 0;
    chip.onPin((pin, isHigh) => {
      if (pin === 'B3' && isHigh) pulses++;
    });
    chip.advance(1000);
    const before = pulses;
    chip.advance(200);
    expect(pulses - before).toBe(10);
    for (const level of [true, false, true, false]) {
      chip.drive('A0', level);
      chip.advance(10);
    }
    const heard = heardFrom(chip.usb);
    chip.usb.write(Buffer.from('watched\n'));
    chip.advance(200);
    expect(heard.text).toContain('=2');
    const other = virtualChip({ firmware, flash: chip.flash });
    other.advance(800);
    let others = 0;
    other.onPin(pin => {
      if (pin === 'B3') others++;
    });
    other.advance(200);
    expect(others).toBe(20);
  });
});
