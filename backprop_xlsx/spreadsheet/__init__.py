"""What every workbook shares, whatever it teaches: files, packages, engines, the look of sheets."""
