import { allowedCoders } from './magick-coders.ts';

/**
 * ImageMagick’s policy: https://imagemagick.org/script/security-policy.php. The last matching rule
 * wins. Nothing is written, no other program is started, and no file is read: the module has no
 * file system but its own memory, in which LibRaw and others keep temporary files.
 */
export const magickPolicy = `<policymap>
  <policy domain="coder" rights="none" pattern="*"/>
  <policy domain="coder" rights="read" pattern="{${allowedCoders.join(',')}}"/>
  <policy domain="delegate" rights="none" pattern="*"/>
  <policy domain="filter" rights="none" pattern="*"/>
  <policy domain="path" rights="none" pattern="@*"/>
  <policy domain="path" rights="none" pattern="|*"/>
</policymap>`;
