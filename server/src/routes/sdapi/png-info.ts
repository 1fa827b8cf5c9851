/** POST /sdapi/v1/png-info: the parameters in a picture, as text and taken apart. */
import { RequestError } from '@easel/shared/errors';
import { readInfotext } from '@easel/shared/infotext/read';
import { withWebuiDefaults } from '@easel/shared/infotext/webui-defaults';
import { z } from 'zod';

import { INFOTEXT_KEYWORD } from '../../services/picture-record.ts';
import { isPng } from '../../services/png-chunks.ts';
import { readTexts } from '../../services/png-text.ts';
import type { StudioApp } from '../types.ts';

const pngInfoBody = z.object({ image: z.string() });

/** A picture of the largest size, in base64. */
const BODY_LIMIT = 32 * 2 ** 20;

const DATA_URL = /^data:(?<type>[^;,]{0,100});base64,/;

const decodeBase64 = (text: string): Buffer => {
  const url = DATA_URL.exec(text.slice(0, 200));
  const type = url?.groups?.['type'];
  if (type !== undefined && type !== 'image/png') {
    throw new RequestError('unsupported_type', 'Only PNG pictures can be read so far.', {
      field: 'image',
      limit: ['image/png'],
      got: type,
    });
  }
  const encoded = text.slice(url?.[0].length ?? 0);
  const isBase64 = encoded.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(encoded);
  if (!isBase64)
    throw new RequestError('bad_base64', 'image: The text is not base64.', {
      field: 'image',
      hint: 'Send the bytes of a PNG file in base64.',
    });
  return Buffer.from(encoded, 'base64');
};

export function pngInfoRoutes(app: StudioApp): void {
  app.post(
    '/sdapi/v1/png-info',
    { schema: { tags: ['webui'], summary: 'The parameters in a PNG file', body: pngInfoBody }, bodyLimit: BODY_LIMIT },
    (request) => {
      const png = decodeBase64(request.body.image);
      if (!isPng(png))
        throw new RequestError('image_invalid', 'image: This is no PNG file.', {
          field: 'image',
          hint: 'Only PNG pictures can be read so far.',
        });
      const texts = readTexts(png);
      const info = texts.find(({ keyword }) => keyword === INFOTEXT_KEYWORD)?.text ?? '';
      return {
        info,
        items: Object.fromEntries(
          texts.filter(({ keyword }) => keyword !== INFOTEXT_KEYWORD).map(({ keyword, text }) => [keyword, text]),
        ),
        parameters: info === '' ? {} : Object.fromEntries(withWebuiDefaults(readInfotext(info))),
      };
    },
  );
}
