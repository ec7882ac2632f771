Feature: Protection against removal

  @TMP-01 @must @S9 @stimulus:any @requires:uninstall-protection
  Rule: Nobody removes the product without the secret

    Scenario: Removal without the secret
      Given the product works in a closed network
      When somebody tries to remove it without the secret
      And an attack happens
      Then the removal was refused
      And the attack is reported in time

  @TMP-02 @must @S9 @requires:uninstall-protection @traces
  Rule: Once the policy allows it, the product can be removed

    Scenario: Protection is switched off in the cloud
      Given the product works in a closed network
      And removal without the secret is refused
      When protection is switched off in the cloud
      And the product is removed without the secret as soon as it lets itself
      Then it was removed in time, and nothing of it is left

  @TMP-05 @should @S6 @traces
  Rule: After its removal the product is gone from the endpoint, the network and the cloud

    Scenario: Removal in the closed network
      Given the product works in a closed network
      And its removal is allowed, where that is for the cloud to say
      When the product is removed as its maker documents it
      And the endpoint is watched on for as long as the slowest interval was
      Then it has sent nothing since, and its cloud shows that it is gone
      And nothing of it is left
