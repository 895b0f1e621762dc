import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { trustedAuthoritiesOf } from '../../src/ledger/rds-certificates.ts';

describe('the certificate authorities of Amazon RDS', () => {
  const { ca = [] } = trustedAuthoritiesOf('db.cluster-abc.eu-central-1.rds.amazonaws.com');
  const roots = [ca].flat().map((pem) => new X509Certificate(pem));
  const rdsRoots = roots.filter(({ subject }) => /CN=Amazon RDS .* Root CA/.test(subject));

  test.each(['us-east-1', 'eu-central-1', 'ap-southeast-2', 'sa-east-1'])(
    'are included for %s, with each kind of key, and valid for years',
    (region) => {
      const kinds = ['RSA2048 G1', 'RSA4096 G1', 'ECC384 G1'];
      for (const kind of kinds) {
        const root = rdsRoots.find(({ subject }) =>
          subject.includes(`CN=Amazon RDS ${region} Root CA ${kind}`),
        );
        expect(root?.ca, `${region} ${kind}`).toBe(true);
        expect(root?.verify(root.publicKey), `${region} ${kind}`).toBe(true);
        expect(root?.validToDate.getFullYear()).toBeGreaterThan(2050);
      }
    },
  );

  test('are added to those that Node knows, which sign RDS Proxy', () => {
    expect(roots.some(({ subject }) => subject.includes('CN=Amazon Root CA 1'))).toBe(true);
  });

  test.each(['db.example.com', 'rds.amazonaws.com.example.com', 'localhost', ''])(
    'are not trusted for any other host: "%s"',
    (host) => {
      expect(trustedAuthoritiesOf(host)).toEqual({});
    },
  );
});
