"""Words to sound: pyttsx3 in killable children, cache, playout."""
