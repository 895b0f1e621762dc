import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

// Builds X.509 certificates (RFC 5280): Node has no API for it, and openssl may not be installed.

export interface Certificate {
  cert: string;
  key: string;
}

/** A self-signed certificate for `localhost`, and its key. */
export function selfSignedCertificate(): Certificate {
  const { publicKey, privateKey } = newKeys();
  const name = nameOf('localhost');
  const body = { name, publicKey, extensions: [subjectAltName('localhost')] };
  return { cert: issue(body, { name, privateKey }), key: pemOf(privateKey) };
}

/**
 * A certificate for `localhost` that an authority issued, its key, and the authority's certificate.
 */
export function certificateOfAuthority(): Certificate & { authority: string } {
  const authority = { ...newKeys(), name: nameOf('Test Authority') };
  const { publicKey, privateKey } = newKeys();
  const host = { publicKey, name: nameOf('localhost'), extensions: [subjectAltName('localhost')] };
  return {
    cert: issue(host, authority),
    key: pemOf(privateKey),
    authority: issue({ ...authority, extensions: [basicConstraints()] }, authority),
  };
}

interface Subject {
  name: Buffer;
  publicKey: KeyObject;
  extensions: Buffer[];
}

function newKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function issue(
  { name, publicKey, extensions }: Subject,
  issuer: { name: Buffer; privateKey: KeyObject },
): string {
  const algorithm = sequence(objectId('2a8648ce3d040302')); // ecdsa-with-SHA256
  const day = 86_400_000;
  const body = sequence(
    tagged(0xa0, integer(Buffer.of(2))), // version 3
    integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    issuer.name,
    sequence(time(Date.now() - day), time(Date.now() + day)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const signature = Buffer.concat([Buffer.of(0), sign('sha256', body, issuer.privateKey)]);
  return pem(sequence(body, algorithm, tagged(0x03, signature)));
}

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(objectId('550403'), text(commonName))));
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Basic constraints: marks a certificate authority. */
function basicConstraints(): Buffer {
  const isAuthority = tagged(0x01, Buffer.of(0xff));
  return sequence(objectId('551d13'), isAuthority, tagged(0x04, sequence(isAuthority)));
}

function subjectAltName(host: string): Buffer {
  const names = sequence(tagged(0x82, Buffer.from(host)));
  return sequence(objectId('551d11'), tagged(0x04, names));
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

const sequence = (...parts: Buffer[]) => tagged(0x30, ...parts);
const set = (...parts: Buffer[]) => tagged(0x31, ...parts);
const integer = (bytes: Buffer) => tagged(0x02, bytes);
const objectId = (hex: string) => tagged(0x06, Buffer.from(hex, 'hex'));
const text = (value: string) => tagged(0x0c, Buffer.from(value));

/** YYMMDDhhmmssZ */
function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/\D/g, '').slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`));
}

function tagged(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const more = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  const size = length < 128 ? [length] : more;
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}
