import { Pwr } from '@passfob/emulator/stm32f401/pwr';
import { registersOf, type Stage, scripts } from '../kit/register-script.ts';

function makePwr(): Stage {
  const pwr = new Pwr();
  return {
    registers: registersOf(pwr, { CR: 0x00, CSR: 0x04 }),
    names: { LPDS: 1, PDDS: 2, CWUF: 4, CSBF: 8, DBP: 1 << 8, FPDS: 1 << 9 },
    shows: {
      writable: () => pwr.backupIsWritable,
      stops: () => pwr.stops,
      standsBy: () => pwr.standsBy,
      wakes: () => pwr.wakeUpUs,
      pin: level => pwr.wakePin(level === 'high'),
    },
    acts: { reset: () => pwr.reset(), standby: () => pwr.enterStandby(), powerOn: () => pwr.powerOn() },
  };
}

scripts('power control', makePwr)`
  protects the backup domain until DBP is set, and again after a reset (RM0368 §5.4.1):
    CR is 0x8000; writable is false; CR |= DBP; writable is true; reset; writable is false

  takes deep sleep for STOP, or for standby with PDDS (RM0368 §5.3.4):
    stops is true; CR |= PDDS; stops is false; standsBy is true

  needs longer to wake with the regulator in low power, and with the flash down (data sheet, table 30):
    wakes is 13.5; CR |= LPDS; wakes is 21; CR |= FPDS; wakes is 113

  has its regulators ready when software waits for them:
    CSR is 0x4000; CSR |= 1 << 9; CSR is 0x4208

  notes standby and the wake-up pin until CSBF and CWUF, across resets (RM0368 §5.4.2):
    pin high is false; pin low is false; CSR |= 1 << 8; standby; pin high is true; pin high is false
    reset; CSR is 0x4003; CR = CWUF; CSR is 0x4002; CR = CSBF; CSR is 0x4000; CR is 0

  forgets everything without power:
    standby; powerOn; CSR is 0x4000
`;
