// Declares nothing: what matters is the module map.
