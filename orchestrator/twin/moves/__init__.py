"""Made-up calls: for every call of our pallets one function that looks at the world and makes up its next use.

Each begins with arguments that should succeed, and then, often enough, bends one of them to where rules break: zero,
one, one too many, the largest number, somebody else, something unknown, the same again.
"""
