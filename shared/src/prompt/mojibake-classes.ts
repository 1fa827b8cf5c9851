/**
 * Characters by how they behave in text that was decoded with a wrong encoding, as regular expression classes.
 *
 * The classification is that of ftfy 6.3 (Robyn Speer, Apache-2.0): which characters are common, and which hardly ever stand
 * side by side but in garbled text.
 */

/** By how likely they are in sound text. */
export const KINDS = {
  common: '\\u00a0\\u00ad\\u00b4·–-―’…',
  control: '\\u0080-\\u009f',
  bad: '¤¦\\u00a8ª¬\\u00af\\u00b8ºƒ\\u02c6\\u02c7\\u02d8\\u02db\\u02dc†‡‰⌐◊\\ufffd',
  law: '§¶',
  currency: '¢£¥₧€',
  opening: '¡©«¿\\u0384\\u0385‘‚“„•‹\\uf8ff',
  closing: '®»\\u02dd”›™',
  numeric: '±-³µ¹¼-¾×÷⁄№∂∆∏∑√∞∩∫≈≠≡≤≥',
  face: '°Ò-ÖÙ-Üò-öø-üŌŐŪŲ',
  upperAccented: 'À-ÑØÜÝĀĂĄĆČĎĐĒĖĘĚĞĢĪİĶĹĻĽŁŃŅŇŒŘŚŞŠŢŤŮŰŸŹŻŽҐ',
  lowerAccented: 'ß-ñüāăąćčďđēėęěğģīįķĺļľłœŕśşšťźżžґﬁﬂ',
  upperCommon: 'ÞΆΈ-ΊΌΎΏΑ-ΫЁ-Я',
  lowerCommon: 'ά-ωа-џ',
  box: '│┌┐┘├┤┬┼═-╬▀▄█▌▐-▓',
} as const;

/** By what they are of a UTF-8 sequence when a one-byte encoding shows its bytes. */
export const PARTS = {
  firstOfTwo: 'Â-ßĀĂĆČĎĐĒĖĘĚĞĢĪİĶĹĻŁŃŅŇŌŐŘŚŞŠŢŪŮŰŲŹŻŽΒ-ΡΣ-ίВ-Я',
  firstOfThree: 'à-ïāăąćčďēėęěģīįķĺļŕźΰ-οа-п',
  firstOfFour: 'ðóđğšπσру',
  /** A space too: it may have been a no-break space. */
  continuation:
    '\\u0020\\u0080-¿ÆØæøĄąĽľŁłŒœŖŗŚśŞ-šŤťŸ-žƒ\\u02c6\\u02c7\\u02d8\\u02db-\\u02dd\\u0384-ΆΈ-ΊΌΎΏЁ-ЌЎЏё-ќўџҐґ–-―‘-‚“-„†-•…‰‹›€№™',
  /** Those that do not stand for themselves beside garbled text. */
  strictContinuation:
    '\\u0080-¿ÆØæøĄąĽľŁłŒœŖŗŚśŞ-šŤťŸ-žƒ\\u02c6\\u02c7\\u02d8\\u02db-\\u02dd\\u0384-ΆΈ-ΊΌΎΏЁ-ЌЎЏё-ќўџҐґ†‡‰‹›€№™',
} as const;
