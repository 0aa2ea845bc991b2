"""Style sheets: rules that can be inlined, their selectors, and what wins for one element."""
