/**
 * The two programs that can make a pseudo-terminal and carry its bytes on their standard streams. Both end and remove
 * the link when their standard input closes, also when this process is killed.
 */
export interface PtyWay {
  readonly name: 'socat' | 'perl';
  command(link: string): readonly [program: string, ...args: string[]];
  /**
   * Returns the path of the slave side, once the program has reported on standard error that everything is set up.
   */
  ready(messages: string): string | undefined;
}

/** Characters that end or quote a part of a socat address (socat(1), "Address specifications"). */
const SOCAT_SPECIAL = /[\\,:!"'()[\]{}]/g;

const socat: PtyWay = {
  name: 'socat',
  // Twice -d: these notices report the path, and that the options, which come after it, have been applied.
  command: link => ['socat', '-d', '-d', '-', `pty,rawer,link=${link.replace(SOCAT_SPECIAL, '\\$&')}`],
  ready: messages =>
    messages.includes('starting data transfer loop') ? /PTY is (\S+)/.exec(messages)?.[1] : undefined,
};

/**
 * ioctl numbers of asm-generic/ioctls.h: TIOCSPTLCK 0x40045431, TIOCGPTN 0x80045430 (Linux on x86, ARM, RISC-V). The
 * program sets the terminal attributes on the master, which on Linux sets those of the pair. It continues to read
 * when the slave's reader is stuck, so that it always notices the end of standard input.
 */
const PERL_PROGRAM = `
use strict; use Fcntl; use POSIX ();
my ($link, $most) = @ARGV;
$^O eq 'linux' or die "the perl way is for Linux\\n";
sysopen(my $pty, '/dev/ptmx', O_RDWR | O_NOCTTY | O_NONBLOCK) or die "/dev/ptmx: $!\\n";
my $number = pack('i', 0);
ioctl($pty, 0x40045431, $number) or die "unlocking the pty: $!\\n";
ioctl($pty, 0x80045430, $number) or die "number of the pty: $!\\n";
my $slave = '/dev/pts/' . unpack('i', $number);
my $termios = POSIX::Termios->new;
$termios->getattr(fileno $pty) or die "attributes of the pty: $!\\n";
$termios->setiflag(0); $termios->setoflag(0); $termios->setlflag(0);
$termios->setcflag(($termios->getcflag & ~(POSIX::CSIZE | POSIX::PARENB)) | POSIX::CS8);
$termios->setcc(POSIX::VMIN, 1); $termios->setcc(POSIX::VTIME, 0);
$termios->setattr(fileno $pty, POSIX::TCSANOW) or die "raw mode: $!\\n";
unlink $link if -l $link;
symlink($slave, $link) or die "$link: $!\\n";
END { unlink $link if defined $slave && (readlink($link) // '') eq $slave }
$SIG{$_} = sub { exit 0 } for qw(TERM INT HUP);
syswrite STDERR, "ready $slave\\n";
my ($out, $bytes) = ('', '');
for (;;) {
  my ($reading, $writing) = ('', '');
  vec($reading, 0, 1) = 1; vec($reading, fileno $pty, 1) = 1;
  vec($writing, fileno $pty, 1) = 1 if length $out;
  select($reading, $writing, undef, undef) >= 0 or next;
  if (vec($reading, 0, 1)) {
    sysread(STDIN, $bytes, 4096) or exit 0;
    $out .= $bytes if length $out < $most;
  }
  if (vec($reading, fileno $pty, 1)) {
    if (sysread($pty, $bytes, 4096)) { syswrite(STDOUT, $bytes) == length $bytes or exit 0 }
    elsif ($! != POSIX::EAGAIN) { exit 0 }
  }
  if (length $out) {
    my $taken = syswrite($pty, $out);
    substr($out, 0, $taken) = '' if $taken;
  }
}
`;

function perl(maxUnreadBytes: number): PtyWay {
  return {
    name: 'perl',
    command: link => ['perl', '-e', PERL_PROGRAM, link, String(maxUnreadBytes)],
    ready: messages => /^ready (\S+)$/m.exec(messages)?.[1],
  };
}

/** Returns the ways in the order in which they are tried. */
export function ptyWays(maxUnreadBytes: number): readonly PtyWay[] {
  return [socat, perl(maxUnreadBytes)];
}
