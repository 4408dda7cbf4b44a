import { type CommonOptions, without } from './base/common-options.ts';

export function doctorOptions(command: CommonOptions) {
  return without(command, 'fob', 'trace', 'dry-run').option('udev-rules', {
    boolean: true,
    default: false,
    describe: 'print the udev rules for Linux instead',
  });
}
