"""The proof's own eyes: css-inline's parser, matcher and cascade, and none of the compiler's."""
