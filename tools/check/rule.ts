/** What the rules of this project look at and what they say. */

export type SourceFile = {
  /** Relative to the root, with forward slashes. */
  path: string
  text: string
}

/** Sentences, each naming its file; none when all is well. */
export type Rule = (files: readonly SourceFile[]) => string[]
