"""The tests of both packages; they mirror the packages' folders."""
