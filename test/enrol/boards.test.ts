import { SHA1, SHA256, SHA512 } from '@passfob/protocol/primitives';
import { connect } from 'passfob/client/client';
import { BOARDS_WITHOUT } from 'passfob/enrol/algorithms';
import { expect, it } from 'vitest';
import { BangleDriver } from '../conformance/banglejs2-driver.ts';
import { PicoHidDriver } from '../conformance/pico-hid-driver.ts';
import { SimulatorDriver } from '../conformance/simulator-driver.ts';

it('the boards without an algorithm are those whose images say so', async () => {
  for (const driver of [new SimulatorDriver(), new PicoHidDriver(), new BangleDriver()]) {
    const client = connect(driver.transport);
    const { board, algorithms } = await client.hello();
    for (const algorithm of [SHA1, SHA256, SHA512] as const)
      expect(BOARDS_WITHOUT[algorithm].includes(board), `${board} ${algorithm}`).toBe(
        ((algorithms >> algorithm) & 1) === 0,
      );
    await client.close();
    driver.fob.close();
  }
});
