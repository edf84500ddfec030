"""From the layers of a trained network to the stages of its workbook."""
