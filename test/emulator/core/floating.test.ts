import { CONTROL, PC } from '@passfob/emulator/core/places';
import { describe, expect, it } from 'vitest';
import { expectRegisters, FLASH_AT, faultOf, programOf } from './program.ts';

describe('the state of the floating-point unit', () => {
  // vmov s3, r0
  const move = [0xee01, 0x0a90];

  it('a floating-point instruction faults while the unit is disabled', () => {
    const { core, r } = programOf(move);
    expect(faultOf(core, 1)).toMatchObject({ kind: 'no-coprocessor', address: FLASH_AT });
    expectRegisters(r, { [PC]: FLASH_AT, [CONTROL]: 0 });
  });

  it('the first floating-point instruction makes the unit part of the context, once', () => {
    const { core, r } = programOf([...move, ...move]);
    const seen: (number | undefined)[] = [];
    core.isFpuEnabled = true;
    core.onFloatingPointContext = () => seen.push(r[CONTROL]);
    core.run(2);
    expect([seen, r[CONTROL]]).toEqual([[0], 4]);
  });

  it('floating-point arithmetic is refused by a clear text', () => {
    // vadd.f32 s0, s1, s2
    const { core } = programOf([0xee30, 0x0a81]);
    core.isFpuEnabled = true;
    expect(faultOf(core, 1).message).toBe(
      'undefined-instruction at 08000000: floating-point arithmetic is not modelled',
    );
  });
});
