import type { CommonOptions } from './common-options.ts';

export function doctorOptions(command: CommonOptions) {
  return command.option('udev-rules', {
    boolean: true,
    default: false,
    describe: 'print the udev rules for Linux instead',
  });
}
