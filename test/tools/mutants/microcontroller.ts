import { type Defect, defectsOf } from './defect.ts';

/**
 * Defects of the virtual microcontroller. With one of them a firmware would run all the same, or nearly, and would meet
 * a chip that there is not. No firmware is needed to catch them.
 */
export const MICROCONTROLLER: readonly Defect[] = defectsOf(`
test/unit/emulator/lockstep/digests.test.ts: instructions of every row do what they did
  A subtraction of equal numbers borrows.
    emulator/core/alu.ts
    -r[CARRY] = x >>> 0 >= y >>> 0 ? 1 : 0;
    +r[CARRY] = x >>> 0 > y >>> 0 ? 1 : 0;
  A shift of 16 bits sets the flags in an IT block.
    emulator/core/data-16.ts
    -shiftByConstant(context, type, by, !context.isConditional, d, m)
    +shiftByConstant(context, type, by, true, d, m)
test/unit/emulator/core/core.test.ts: flash code changes where it is told to forget it
  The processor goes on with code that was erased from the flash.
    emulator/core/flash-code.ts
    -this.executors.fill(undefined, Math.max(0, first - IT_REACH), end);
    +this.executors.fill(undefined, Math.max(0, first - IT_REACH), first);
test/unit/emulator/system/exceptions.test.ts: let an equal or lower one wait for the return, and follow without a frame
  An interrupt preempts the handler of another one with the same priority.
    emulator/system/priority.ts
    -state.groupPriority(state.priority(first)) < executionPriority(state, places);
    +state.groupPriority(state.priority(first)) <= executionPriority(state, places);
test/unit/emulator/system/exceptions.test.ts: move the frame to a multiple of 8 and back if CCR.STKALIGN is set (B1.5.7)
  A return leaves the stack pointer where its alignment for the frame has moved it.
    emulator/system/frame.ts
    -stackPointer: (address + size + (status & REALIGNED ? 4 : 0)) >>> 0
    +stackPointer: (address + size) >>> 0
test/unit/emulator/system/exceptions.test.ts: takes an interrupt again whose line is still high at the return (B3.4.1)
  An interrupt whose line is still high is not taken again.
    emulator/system/nvic.ts
    -if (this.#levels[exception - FIRST_INTERRUPT] === 1) this.#state.pend(exception);
test/unit/emulator/system/systick.test.ts: counts down to 0 and goes on from LOAD, with LOAD + 1 counts a period
  A period of SysTick is one count too short.
    emulator/system/systick.ts
    -const counts = this.#value === 0 ? this.#load + 1 : this.#value;
    +const counts = this.#value === 0 ? this.#load : this.#value;
test/unit/emulator/system/idle.test.ts: is never skipped
  A loop that changes memory is skipped as if it only waited.
    emulator/system/loop-skipper.ts
    - && this.#result.isNow(machine);
    +;
test/unit/emulator/stm32f401/flash-controller.test.ts: sets all bits of sector
  A sector of the flash of the chip is erased in an instant.
    emulator/stm32f401/flash-controller.ts
    -this.#beBusy(ms * 1000 * TICKS_PER_US);
    +this.#beBusy(ms);
test/unit/emulator/stm32f401/flash-controller.test.ts: shows BSY to code that runs from RAM, and makes its next store to flash wait
  A word is programmed while the flash of the chip is busy.
    emulator/stm32f401/flash-controller.ts
    -if (ticks > 0) this.#ports.time.spend(ticks);
test/unit/emulator/stm32f401/rcc.test.ts: tell by the ready flags when the crystal swings and when the PLL is locked
  Software that starts the PLL finds it locked at once.
    emulator/stm32f401/rcc.ts
    -this.#pll = oscillator(1, PLL_LOCK_US, CIR_FLAGS.PLL);
    +this.#pll = oscillator(1, 0, CIR_FLAGS.PLL);
test/unit/emulator/stm32f401/rcc.test.ts: runs the RTC, once RTCEN is set, from LSI at once and from LSE half a second after LSEON
  The clock of the chip runs from its crystal before that swings.
    emulator/stm32f401/rcc.ts
    -this.#lse = oscillator(lseHz, lseStartUs, CIR_FLAGS.LSE);
    +this.#lse = oscillator(lseHz, 0, CIR_FLAGS.LSE);
test/unit/emulator/stm32f401/exti.test.ts: counts only from the port that SYSCFG_EXTICR selects (RM0368 §7.2.3)
  A pin wakes the chip through the line of a pin of another port.
    emulator/stm32f401/exti.ts
    -if (this.#portOf(pin) === port) this.edge
    +if (this.#portOf(pin) !== undefined && port) this.edge
test/unit/emulator/stm32f401/gpio.test.ts: reads what drives it, else its pull, else the last level
  The pull resistor of a pin is stronger than the button.
    emulator/stm32f401/gpio-port.ts
    -outside: this.#outside.pins,
    +outside: this.#outside.pins & ~(pulledUp | pulledDown),
test/unit/emulator/stm32f401/iwdg.test.ts: never resets as long as it is reloaded in time
  A watchdog that is reloaded counts on from where it was.
    emulator/stm32f401/iwdg.ts
    -this.#countFrom(this.#registers.get('RLR'), this.#period);
test/unit/emulator/stm32f401/adc.test.ts: takes its sample and twelve cycles
  A conversion takes no time for its sample.
    emulator/stm32f401/adc.ts
    -const cycles = (SAMPLE_CYCLES[this.#sampleTime(channel)] ?? 0) + this.#bits;
    +const cycles = (SAMPLE_CYCLES[0] ?? this.#sampleTime(channel)) + this.#bits;
test/unit/emulator/stm32f401/tim.test.ts: takes a new prescaler at the next update event only (RM0368 §13.4.11)
  A new prescaler of a timer counts at once.
    emulator/stm32f401/tim.ts
    -if (!this.#registers.has('CR1', CR1.ARPE)) this.#counter.reload
    +this.#counter.prescaler = this.#registers.get('PSC');
    +    if (!this.#registers.has('CR1', CR1.ARPE)) this.#counter.reload
test/unit/emulator/stm32f401/rtc.test.ts: hold the time and the date from a read of SSR or TR to one of DR (RM0368 §17.3.6)
  A second that begins while the clock of the chip is read tears the time.
    emulator/stm32f401/rtc-shadow.ts
    -return this.#heldTime ?? TR;
    +return TR;
test/unit/emulator/system/processor.test.ts: executes nothing more once an instruction has stopped its clock, and time goes on
  A run of instructions goes on after its clock has stopped.
    emulator/system/processor.ts
    -} else this.#core.stop();
    +}
test/unit/emulator/core/core.test.ts: keep their conditions where an interrupt runs the same code in between
  The condition of an IT in RAM is forgotten once it was used.
    emulator/core/ram-code.ts
    -return fixed.condition;
    +{
    +      this.#conditions.delete(pc);
    +      return fixed.condition;
    +    }
test/unit/emulator/stm32f401/usart.test.ts: keeps the old byte and loses the new one when software is late (RM0368 §19.3.3)
  A byte that comes too late for the serial port replaces the one before.
    emulator/stm32f401/usart.ts
    -this.#registers.change('SR', USART_SR.ORE);
    -      else {
    +this.#registers.change('SR', USART_SR.ORE);
    +      {
test/unit/emulator/stm32f401/i2c-states.test.ts: leaves BUSY set where a driver gave up on it and asked for another
  I2C1 leaves BUSY by itself after a start that came too late.
    emulator/stm32f401/i2c.ts
    -if (isRequested && this.#phase === 'select') this.#startsAfterStop = true;
    +if (isRequested && this.#phase === 'select') this.#registers.change('CR1', 0, CR1.START);
test/unit/emulator/stm32f401/i2c-master.test.ts: keeps ADDR through a read of SR2 that no read of SR1 with ADDR came before
  ADDR of I2C1 is cleared by a read of SR2 alone.
    emulator/stm32f401/i2c.ts
    -if (this.#isSeen(SR1.ADDR)) {
    +this.#seen |= SR1.ADDR;
    +    if (this.#registers.has('SR1', SR1.ADDR)) {
test/unit/emulator/stm32f401/usb-out.test.ts: a packet that the host sends again is acknowledged and dropped
  A USB packet that the computer sends again is received twice.
    emulator/stm32f401/usb/out-endpoint.ts
    -if (toggle !== (control & EPCTL.DPID ? 1 : 0)) return 'ack';
    +toggle satisfies 0 | 1;
test/unit/emulator/stm32f401/usb-out.test.ts: data that does not fit into the receive FIFO gets NAK, and SETUP packets still fit
  USB packets come on while the receive FIFO is full.
    emulator/stm32f401/usb/out-endpoint.ts
    -return this.#options.fifo.accepts(bytes, this.#options.depth());
    +return bytes >= 0;
test/unit/emulator/usb-host/serial.test.ts: a write of 128 bytes makes packets of
  A write to the USB serial port is cut into packets that are too large.
    emulator/usb-host/outgoing-pipe.ts
    -this.#packets.push(bytes.slice(at, at + packetBytes));
    +this.#packets.push(bytes.slice(at, at + packetBytes + 1));
test/unit/emulator/board/board.test.ts: loses its power in any word, and only that word is torn
  Words of the flash of the chip are in the state only after an erasure.
    emulator/board/flash-writes.ts
    -memory.write(at, memory.bytes.slice(at, at + bytes));
    +if (kind === 'erase') memory.write(at, memory.bytes.slice(at, at + bytes));
`);
