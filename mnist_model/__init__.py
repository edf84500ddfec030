"""Small convolutional networks for MNIST: trained, recorded, compared and put into a workbook."""
