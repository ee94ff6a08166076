#!/usr/bin/env node
// A source file, not a built one: an install links only commands that are there, and a checkout is installed first.
import '../dist/main.js';
