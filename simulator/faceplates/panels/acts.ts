import { panelTexts as texts } from '../texts.ts';
import type { ControlMessage } from './channel.ts';
import { utcText } from './parts.ts';

/** Values of an act: the button's `value`, or the fields of a form by their names. */
export type ActValues = Readonly<Record<string, string>>;

interface Act {
  /** The request of the control protocol. */
  request(values: ActValues): ControlMessage;
  /** What the page says when it is done. */
  done(answer: ControlMessage, values: ActValues): string;
}

const numbers = (values: ActValues, ...names: readonly string[]) =>
  Object.fromEntries(names.map(name => [name, Number(values[name])]));

const quiet = () => '';

/** Acts of the panels that are one request. Those of the page itself (saving, loading, stopping the view) are its own. */
export const acts: Readonly<Record<string, Act>> = {
  advance: {
    request: ({ value, ms = value }) => ({ do: 'advance', ms: Number(ms) }),
    done: ({ now }) => texts.movedTo(utcText(Number(now))),
  },
  cutPowerAtOperation: {
    request: values => ({ do: 'cutPowerAtOperation', ...numbers(values, 'n') }),
    done: ({ operations }, { n }) => texts.willCut(Number(operations) + Number(n)),
  },
  loseTime: { request: () => ({ do: 'loseTime' }), done: () => texts.timeLost },
  setUsb: { request: ({ value }) => ({ do: 'setUsb', plugged: value === 'true' }), done: quiet },
  setSupply: {
    request: values => ({ do: 'setSupply', ...numbers(values, 'millivolts') }),
    done: () => texts.supplySet,
  },
  setPart: {
    request: ({ value = '' }) => {
      const [part, connected] = value.split(' ');
      return { do: 'setPart', part, connected: connected === 'true' };
    },
    done: quiet,
  },
  faults: {
    request: ({ set = '' }) => ({ do: 'faults', set }),
    done: ({ plan }) => texts.faultsSet(String(plan)),
  },
  failCrypto: {
    request: values => ({ do: 'failCrypto', ...numbers(values, 'times') }),
    done: () => texts.cryptoSet,
  },
};
