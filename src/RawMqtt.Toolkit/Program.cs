// SPDX-License-Identifier: MIT

// The page calls the exports of Page; the program itself has nothing to run.
return;
