"""What training asks of the machine: memory that stays, threads that sleep, other processes."""
