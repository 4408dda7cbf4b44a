import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { recordLimits } from '../../base/limits/records.ts';
import type { ChannelInput, MailChannel, SyslogChannel, WebhookChannel } from './channels.ts';
import type { SmtpServer } from './smtp.ts';

/** Returns why a channel cannot be saved, or undefined. */
export function problemOfChannel({ name, target, secret }: ChannelInput) {
  if (name.length === 0 || name.length > recordLimits.channelNameMax || /\p{C}/u.test(name))
    return 'bad_channel';
  if (!isAuthority(target.authority)) return 'bad_channel';
  const leastSecret = target.kind === 'webhook' ? recordLimits.channelKeyMin : 1;
  if (secret !== undefined && (secret.length < leastSecret || secret.length > recordLimits.channelSecretMax))
    return 'bad_channel_secret';
  if (target.kind === 'mail') return problemOfMail(target);
  return target.kind === 'webhook' ? problemOfWebhook(target) : problemOfSyslog(target);
}

function problemOfMail(target: MailChannel) {
  const problem = problemOfSmtp(target);
  if (problem !== undefined) return problem;
  const { from, to } = target;
  const fits =
    to.length > 0 && to.length <= recordLimits.mailRecipientsMax && [from, ...to].every(isMailAddress);
  return fits ? undefined : 'bad_channel';
}

/** Returns why a mail server cannot be used, or undefined. */
export function problemOfSmtp(server: SmtpServer) {
  const { host, port, security, user } = server;
  if (!isHost(host) || !isPort(port) || !isAuthority(server.authority)) return 'bad_channel';
  if (!['tls', 'starttls', 'none'].includes(security)) return 'bad_channel';
  if (security === 'none' && !isLoopbackName(host)) return 'channel_plain';
  const isUser =
    user === undefined ||
    (user !== '' && user.length <= recordLimits.channelSecretMax && !/\p{C}/u.test(user));
  return isUser ? undefined : 'bad_channel';
}

function problemOfWebhook({ url }: WebhookChannel) {
  if (url.length > recordLimits.webhookUrlMax || !URL.canParse(url)) return 'bad_channel_url';
  const { protocol, username, password, hostname } = new URL(url);
  if (username !== '' || password !== '') return 'bad_channel_url';
  const isFit = protocol === 'https:' || (protocol === 'http:' && isLoopbackName(hostname));
  return isFit ? undefined : 'bad_channel_url';
}

function problemOfSyslog(target: SyslogChannel) {
  const isFit =
    isHost(target.host) && isPort(target.port) && ['udp', 'tcp', 'tls'].includes(target.transport);
  return isFit ? undefined : 'bad_channel';
}

function isHost(host: string): boolean {
  return (
    isIP(host) !== 0 ||
    (host.length <= recordLimits.hostNameMax && /^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(host))
  );
}

function isLoopbackName(host: string): boolean {
  return ['localhost', '[::1]', '::1'].includes(host) || /^127(\.\d{1,3}){3}$/.test(host);
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536;
}

/** Accepts one plain address, without a name, comments or characters that could change a header. */
export function isMailAddress(address: string): boolean {
  return (
    address.length <= recordLimits.mailAddressMax &&
    /^[^\s@<>()[\],:;"\\\p{C}]+@[^\s@<>()[\],:;"\\\p{C}]+$/u.test(address)
  );
}

function isAuthority(pem: string | undefined): boolean {
  if (pem === undefined) return true;
  if (pem.length > recordLimits.certificateMaxChars) return false;
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
