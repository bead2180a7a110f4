-- What a webhook said is not needed once it has taken effect.
UPDATE webhook_inbox SET payload = '' WHERE outcome = 'applied';
