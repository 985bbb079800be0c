/** Which pool a token's hidden state is counted in. Padding is ignored. */
export const TOKEN_CLASS = { ignored: 0, visual: 1, text: 2 } as const;
