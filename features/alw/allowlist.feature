Feature: Allowlist
  The company's own batch job looks like an attack. It is put on the allowlist by its hash.

  Background:
    Given the product works in a closed network
    And a batch job like the company's is reported

  @ALW-01 @must @S14 @stimulus:file @requires:allowlist-sha256
  Rule: A hash entry silences exactly that file

    Scenario: The batch job is silent, another file of that name is not
      When the batch job is put on the allowlist
      And the batch job runs
      And another file of the same name runs
      Then the other file is reported in time
      And the batch job has stayed silent

  @ALW-02 @must @S18 @stimulus:file @requires:allowlist-sha256
  Rule: A changed file is detected again

    Scenario: One byte of the batch job changes
      Given the batch job is silenced by its entry
      When one byte of the batch job changes and it runs again
      Then it is reported in time

  @ALW-07 @must @S14 @stimulus:file @requires:allowlist-sha256
  Rule: Removing the entry restores detection

    Scenario: The entry is taken back
      Given the batch job is silenced by its entry
      When the entry is removed
      And the batch job runs again
      Then it is reported in time
