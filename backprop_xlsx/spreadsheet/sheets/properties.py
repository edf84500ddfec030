"""What the files of all our workbooks say of themselves."""

import datetime

# A fixed moment, so that the same experiment gives the same bytes.
CREATED = datetime.datetime(2000, 1, 1)
