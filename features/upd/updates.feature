Feature: Updates of the product itself
  In a closed network a new version comes by hand or through the relay, and must not open a gap.

  @UPD-01 @must @S3 @requires:upgrade @stimulus:any
  Rule: An upgrade keeps relay, identity, queue and protection

    Scenario: Upgraded while the relay is away
      Given the product works in a closed network
      When the relay is lost: refused
      And several attacks happen
      And the product is upgraded from an installation medium
      And the relay comes back
      Then all of them arrive
      And it is a newer version with the same identity and the same relay
      And it still lets nobody remove it without the secret
