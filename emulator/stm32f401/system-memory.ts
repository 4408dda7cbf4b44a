import {
  ADC_CALIBRATION_ADDRESS,
  FLASH_SIZE_ADDRESS,
  SYSTEM_MEMORY_ADDRESS,
  UNIQUE_ID_ADDRESS,
} from './chip-addresses.ts';

/** From the program in ROM to the end of the option bytes. */
export const SYSTEM_MEMORY_SPAN = 0x10000;

/** What the factory wrote into a chip. */
export interface FactoryData {
  /** 96 bits that no other chip has: twelve bytes (RM0368 §24.1). */
  readonly uniqueId: Uint8Array;
  /** Bytes of flash. */
  readonly flashBytes: number;
  /**
   * Readings of the ADC at 3.3 V: of VREFINT at 30 °C, and of the temperature sensor at 30 °C and 110 °C (data sheet of
   * the STM32F401, tables 70 and 72).
   */
  readonly calibration: readonly [number, number, number];
}

/** A chip with the typical values of the data sheet: VREFINT of 1.21 V, sensor of 0.76 V at 25 °C and 2.5 mV/°C. */
export const TYPICAL_CALIBRATION: FactoryData['calibration'] = [1502, 959, 1207];

/** Returns the ROM of a chip. The bytes of its loader are not known, and read as erased. */
export function systemMemory({ uniqueId, flashBytes, calibration }: FactoryData): Uint8Array {
  const memory = new Uint8Array(SYSTEM_MEMORY_SPAN).fill(0xff);
  const view = new DataView(memory.buffer);
  memory.set(uniqueId.subarray(0, 12), UNIQUE_ID_ADDRESS - SYSTEM_MEMORY_ADDRESS);
  view.setUint16(FLASH_SIZE_ADDRESS - SYSTEM_MEMORY_ADDRESS, flashBytes / 1024, true);
  calibration.forEach((reading, index) => {
    view.setUint16(ADC_CALIBRATION_ADDRESS - SYSTEM_MEMORY_ADDRESS + 2 * index, reading, true);
  });
  return memory;
}
